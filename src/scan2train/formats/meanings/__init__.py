"""What the fields of headers that are not DICOM mean, in the words of their formats' definitions."""
