"""One scan brought to the place of another: rigid, affine, deformable; over SimpleITK's registration framework."""
