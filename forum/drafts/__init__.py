"""Words that are being written: kept on the server until they are posted or thrown away."""
