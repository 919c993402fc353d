"""The delegations service: negotiations, their people, principles and positions."""
