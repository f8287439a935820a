"""Value for money of London's policing and crime commissioning, that can be checked."""
