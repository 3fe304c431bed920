"""DICOM: headers read many at once, pixels read at known places. The only room that knows pydicom."""
