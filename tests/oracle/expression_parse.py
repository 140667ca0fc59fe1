"""What Butler makes of where-expressions.

Standard input is a JSON list of expressions. For each the answer is [tree, legal]: the tree of
Butler's parser as nested lists (null when its grammar refuses the text), and whether the whole
conversion to a predicate succeeds, for which names are looked up in the default universe.
"""

import json
import math
import sys

from lsst.daf.butler import DimensionUniverse
from lsst.daf.butler.queries._expression_strings import convert_expression_string_to_predicate
from lsst.daf.butler.queries._identifiers import IdentifierContext
from lsst.daf.butler.queries.expressions.parser import exprTree as t
from lsst.daf.butler.queries.expressions.parser import parse_expression

UNIVERSE = DimensionUniverse()
DIMENSIONS = UNIVERSE.conform(["exposure", "detector", "visit"])
BIND = {"number": 12, "words": ["a", "b"], "camera": "LSSTCam"}


def number(text):
    try:
        return ["int", int(text)]
    except ValueError:
        return ["float", float(text)]


def negated(tree):
    return [tree[0], -tree[1]] if tree[0] in ("int", "float") else ["negative", tree]


def bound(name):
    value = BIND[name]
    return [["text", v] if isinstance(v, str) else ["int", v] for v in value] if isinstance(
        value, list
    ) else (["text", value] if isinstance(value, str) else ["int", value])


def dump(node):
    match node:
        case t.Parens():
            return dump(node.expr)
        case t.BinaryOp():
            return [node.op, dump(node.lhs), dump(node.rhs)]
        case t.UnaryOp(op="-"):
            return negated(dump(node.operand))
        case t.UnaryOp(op="+"):
            return dump(node.operand)
        case t.UnaryOp():
            return [node.op, dump(node.operand)]
        case t.IsIn():
            items = []
            for value in node.values:
                name = getattr(value, "name", None)
                if isinstance(value, (t.Identifier, t.BindName)) and isinstance(BIND.get(name), list):
                    items.extend(bound(name))
                else:
                    items.append(dump(value))
            return ["NOT IN" if node.not_in else "IN", dump(node.lhs), items]
        case t.StringLiteral():
            return ["text", node.value]
        case t.TimeLiteral():
            return ["time"]
        case t.NumericLiteral():
            return number(node.value)
        case t.RangeLiteral():
            return ["range", node.start, node.stop, node.stride or 1]
        case t.UuidLiteral():
            return ["uuid", str(node.value)]
        case t.Identifier() | t.BindName() if node.name in BIND:
            return bound(node.name)
        case t.Identifier() if node.name.lower() == "null":
            return ["null"]
        case t.Identifier():
            return ["name", node.name]
        case t.BindName():
            return ["bind", node.name]
        case t.TupleNode():
            return ["timespan", *map(dump, node.items)]
        case t.GlobNode():
            return ["glob", dump(node.expression), dump(node.pattern)]
        case t.RegionNode():
            return ["region", dump(node.pos)]
        case t.PointNode() | t.CircleNode() | t.BoxNode() | t.PolygonNode():
            numbers = [dump(child) for child in node.children]
            numbers = [n[1] if n[0] in ("int", "float") else math.nan for n in numbers]
            return [type(node).__name__.removesuffix("Node").upper(), *map(float, numbers)]
        case t.FunctionCall():
            return ["call", node.name, *map(dump, node.args)]
    raise AssertionError(node)


def answer(text):
    try:
        tree = parse_expression(text)
    except Exception:
        return [None, False]
    context = IdentifierContext(DIMENSIONS, set(), BIND)
    try:
        convert_expression_string_to_predicate(text, context=context, universe=UNIVERSE)
        legal = True
    except Exception:
        legal = False
    return [["empty"] if tree is None else dump(tree), legal]


json.dump([answer(text) for text in json.load(sys.stdin)], sys.stdout)
