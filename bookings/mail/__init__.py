"""Mails on their way; imports verbs and what lies below; sending.py is read first."""
