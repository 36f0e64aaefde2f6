"""The tabs of an experiment, a file each. Importing one is left to the moment somebody looks at it."""
