"""Values between voxels: one volume sampled on another grid, whatever lies between the two."""

from scan2train.sampling.change import transform_values
from scan2train.sampling.image import sample
from scan2train.sampling.labels import sample_labels
from scan2train.sampling.method import Sampling
from scan2train.sampling.value_map import ValueMap

__all__ = ["Sampling", "ValueMap", "sample", "sample_labels", "transform_values"]
