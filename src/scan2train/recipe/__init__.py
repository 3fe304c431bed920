"""What is to be done to a volume, and the account of what was: steps, choices, recipes."""

from scan2train.recipe.recipe import Recipe
from scan2train.recipe.scene import Scene
from scan2train.recipe.step import Choice, ImageStep, Instruction, SpatialStep, Step, ValueStep, WholeStep
from scan2train.recipe.summary import Summary
from scan2train.recipe.value_counts import ValueCounts
from scan2train.sampling.value_map import ValueMap

__all__ = [
    "Choice",
    "ImageStep",
    "Instruction",
    "Recipe",
    "Scene",
    "SpatialStep",
    "Step",
    "Summary",
    "ValueCounts",
    "ValueMap",
    "ValueStep",
    "WholeStep",
]
