"""Volumes as DICOM objects: values, places, identities, and what is kept of where they came from."""
