"""The observers service: the public record and nothing else."""
