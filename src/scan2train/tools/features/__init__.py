"""Features of labels as the Image Biomarker Standardisation Initiative (IBSI) defines them."""
