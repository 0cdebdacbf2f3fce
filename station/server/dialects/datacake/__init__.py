"""Datacake's GraphQL over the registry: a claim shares a device with a workspace, and its owner keeps it."""

from .door import build as build
