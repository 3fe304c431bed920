"""The test kit, shipped so that users test their own rules, steps and data with it.

``dicom_series``, ``dicom_enhanced``, ``dicom_mosaic`` and ``dicom_nuclear`` write volumes as DICOM files, faults
included; ``phantoms`` makes volumes that look like scans or whose values tell where they are; ``strategies`` draws
grids and volumes for hypothesis; ``step_contract`` holds what every step must keep.
"""
