"""What reads the shop as any client would and hands it on: it knows nothing of the simulation, nor that of it."""
