"""Django's own tags for words and addresses. What can be said in one way only in each language is worked out once.

A page has fifty of them, and made anew they were a third of it. One that holds a variable is Django's, as it was.
"""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Token, TokenType
from django.template.defaulttags import url
from django.templatetags.i18n import do_block_translate, do_translate
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


class Kept(Node):
    """What a node says, kept for each language."""

    child_nodelists = ()

    def __init__(self, node: Any) -> None:
        self.node, self.name = node, node.asvar
        node.asvar = None
        self.said: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self.said:
            self.said[language] = SafeString(self.node.render(context))
        if self.name:
            context[self.name] = self.said[language]
            return SafeString("")
        return self.said[language]


def _constant(said: FilterExpression | None) -> bool:
    """A word in quotation marks, or nothing."""
    return said is None or (isinstance(said.var, str) and not said.filters)


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    node: Any = do_translate(parser, token)
    words = node.filter_expression
    constant = words.var.literal is not None and not words.filters and _constant(node.message_context)
    return Kept(node) if constant else node


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Node:
    node: Any = do_block_translate(parser, token)
    holds_variables = node.extra_context or node.plural or any(one.token_type == TokenType.VAR for one in node.singular)
    return node if holds_variables or not _constant(node.message_context) else Kept(node)


@register.tag("url")
def address(parser: Parser, token: Token) -> Node:
    """That of a page which is one alone."""
    node: Any = url(parser, token)
    return Kept(node) if _constant(node.view_name) and not node.args and not node.kwargs else node
