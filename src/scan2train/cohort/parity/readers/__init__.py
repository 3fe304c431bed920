"""The readers that can be asked: one file each, which imports its library when it is used.

Each file has ``read(path, series_uid)``: what a user of that library would write, without any option that hides a
choice.
"""
