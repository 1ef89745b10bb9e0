#!/bin/bash
echo {{ inventory_hostname }} "$@"
