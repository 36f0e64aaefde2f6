"""Charts in cells: a frozen `Chart` in, lines of coloured text out."""
