"""The parts of ``plan``: target spacing, topology, memory, patch and batch, each by nnU-Net's published rule."""
