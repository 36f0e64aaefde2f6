"""The tabs of an experiment, a file each. One is made when somebody looks at it for the first time."""
