"""The features: names, codes and units of the IBSI reference manual (Zwanenburg et al., arXiv 1612.07003, version 11).

Which unit an intensity has is the image's to say: ``{unit}`` stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One feature: its local name, its code, what it is called, and its unit."""

    name: str
    code: str
    title: str
    unit: str

    def unit_of(self, image: str) -> str:
        """The unit where the image's values are in ``image``."""
        return self.unit.replace("{unit}", image if image.isalnum() else f"({image})")


MORPHOLOGY = (
    Definition("morph_volume", "RNU0", "Volume (mesh)", "mm3"),
    Definition("morph_vol_approx", "YEKZ", "Volume (voxel counting)", "mm3"),
    Definition("morph_area_mesh", "C0JK", "Surface area (mesh)", "mm2"),
    Definition("morph_av", "2PR5", "Surface to volume ratio", "1/mm"),
    Definition("morph_comp_1", "SKGS", "Compactness 1", "1"),
    Definition("morph_comp_2", "BQWJ", "Compactness 2", "1"),
    Definition("morph_sph_dispr", "KRCK", "Spherical disproportion", "1"),
    Definition("morph_sphericity", "QCFX", "Sphericity", "1"),
    Definition("morph_asphericity", "25C7", "Asphericity", "1"),
    Definition("morph_com", "KLMA", "Centre of mass shift", "mm"),
    Definition("morph_diam", "L0JK", "Maximum 3D diameter", "mm"),
    Definition("morph_pca_maj_axis", "TDIC", "Major axis length", "mm"),
    Definition("morph_pca_min_axis", "P9VJ", "Minor axis length", "mm"),
    Definition("morph_pca_least_axis", "7J51", "Least axis length", "mm"),
    Definition("morph_pca_elongation", "Q3CK", "Elongation", "1"),
    Definition("morph_pca_flatness", "N17B", "Flatness", "1"),
    Definition("morph_vol_dens_aabb", "PBX1", "Volume density (axis-aligned bounding box)", "1"),
    Definition("morph_area_dens_aabb", "R59B", "Area density (axis-aligned bounding box)", "1"),
    Definition("morph_vol_dens_aee", "6BDE", "Volume density (approximate enclosing ellipsoid)", "1"),
    Definition("morph_area_dens_aee", "RDD2", "Area density (approximate enclosing ellipsoid)", "1"),
    Definition("morph_vol_dens_conv_hull", "R3ER", "Volume density (convex hull)", "1"),
    Definition("morph_area_dens_conv_hull", "7T7F", "Area density (convex hull)", "1"),
    Definition("morph_integ_int", "99N0", "Integrated intensity", "{unit} mm3"),
)
STATISTICS = (
    Definition("stat_mean", "Q4LE", "Mean intensity", "{unit}"),
    Definition("stat_var", "ECT3", "Intensity variance", "{unit}2"),
    Definition("stat_skew", "KE2M", "Intensity skewness", "1"),
    Definition("stat_kurt", "IPH6", "Excess intensity kurtosis", "1"),
    Definition("stat_median", "Y12H", "Median intensity", "{unit}"),
    Definition("stat_min", "1GSF", "Minimum intensity", "{unit}"),
    Definition("stat_p10", "QG58", "10th intensity percentile", "{unit}"),
    Definition("stat_p90", "8DWT", "90th intensity percentile", "{unit}"),
    Definition("stat_max", "84IY", "Maximum intensity", "{unit}"),
    Definition("stat_iqr", "SALO", "Intensity interquartile range", "{unit}"),
    Definition("stat_range", "2OJQ", "Intensity range", "{unit}"),
    Definition("stat_mad", "4FUA", "Intensity-based mean absolute deviation", "{unit}"),
    Definition("stat_rmad", "1128", "Intensity-based robust mean absolute deviation", "{unit}"),
    Definition("stat_medad", "N72L", "Intensity-based median absolute deviation", "{unit}"),
    Definition("stat_cov", "7TET", "Intensity-based coefficient of variation", "1"),
    Definition("stat_qcod", "9S40", "Intensity-based quartile coefficient of dispersion", "1"),
    Definition("stat_energy", "N8CA", "Intensity-based energy", "{unit}2"),
    Definition("stat_rms", "5ZWQ", "Root mean square intensity", "{unit}"),
)
DEFINITIONS = MORPHOLOGY + STATISTICS
