"""The chart's tests; `check` beside this folder is their door."""
