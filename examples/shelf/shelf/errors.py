"""Refusals that a member of staff can understand, each with the HTTP status it travels as."""


class Refused(Exception):
    status = 409


class NotFound(Refused):
    status = 404


class Invalid(Refused):
    status = 422
