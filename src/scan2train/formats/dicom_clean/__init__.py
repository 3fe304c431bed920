"""DICOM files made anew from others: bright made dense, what identifies taken out, attributes set."""
