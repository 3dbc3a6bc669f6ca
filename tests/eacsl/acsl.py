"""A parser for the part of ACSL that Cairn's contracts are written in, and what makes a clause
executable: predicates and logic functions are replaced by their bodies, states by saved copies of
the tables, and every quantifier gets its bounds where E-ACSL looks for them."""
import re

TOKEN = re.compile(r"\s+|//[^\n]*|(?P<t>\\?\w+|<==>|==>|<<|>>|<=|>=|==|!=|&&|\|\||\.\.|.)", re.S)
LEVELS = [("<==>",), ("==>",), ("||",), ("&&",), ("|",), ("^",), ("&",),
          ("<=", ">=", "<", ">", "==", "!="), ("<<", ">>"), ("+", "-"), ("*", "/", "%")]
COMPARE = LEVELS[7]


class LeftOut(Exception):
    """Why a clause cannot be run."""


class Parser:
    def __init__(self, text):
        self.tokens = [m["t"] for m in TOKEN.finditer(text) if m["t"]] + [""]
        self.at = 0

    def peek(self, *wanted):
        return self.tokens[self.at] in wanted

    def next(self, *wanted):
        token = self.tokens[self.at]
        if wanted and token not in wanted:
            raise SyntaxError(f"{wanted} expected: {' '.join(self.tokens[self.at - 9:self.at + 5])}")
        self.at += 1
        return token

    def listed(self, end, one):
        """What stands between a bracket just passed and its end, at commas."""
        found = []
        while not self.peek(end):
            found.append(one())
            if not self.peek(end):
                self.next(",")
        self.next(end)
        return found

    def label(self):
        """`name:` before a clause, or nothing."""
        if re.match(r"[a-z]\w*$", self.tokens[self.at]) and self.tokens[self.at + 1] == ":":
            self.at += 2
            return self.tokens[self.at - 2] + ": "
        return ""

    def parameter(self):
        """`integer name` or `struct tag name`: the name."""
        if self.next("integer", "struct") == "struct":
            self.next()
        return self.next()

    def expr(self):
        if self.peek("\\forall", "\\exists"):
            kind = self.next()
            names = [self.parameter()]
            while self.peek(","):
                self.next(",")
                names.append(self.next() if not self.peek("struct") else self.parameter())
            self.next(";")
            return (kind, names, self.expr())
        test = self.binary(0)
        if not self.peek("?"):
            return test
        self.next("?")
        then = self.expr()
        self.next(":")
        return ("?", test, then, self.expr())

    def binary(self, level):
        if level == len(LEVELS):
            return self.unary()
        operands, operators = [self.operand(level)], []
        while self.peek(*LEVELS[level]):
            operators.append(self.next())
            operands.append(self.operand(level))
        if LEVELS[level] == COMPARE and len(operators) > 1:  # a chain: a < b <= c
            links = [(o, a, b) for o, a, b in zip(operators, operands, operands[1:])]
            return fold("&&", links)
        if LEVELS[level] == ("==>",):
            node = operands[-1]
            for operand in operands[-2::-1]:
                node = ("==>", operand, node)
            return node
        node = operands[0]
        for operator, operand in zip(operators, operands[1:]):
            node = (operator, node, operand)
        return node

    def operand(self, level):
        return self.expr() if self.peek("\\forall", "\\exists") else self.binary(level + 1)

    def unary(self):
        if self.peek("!", "-", "~"):
            return ("unary", self.next(), self.unary())
        node = self.primary()
        while self.peek("[", "."):
            if self.next() == "[":
                node = ("[]", node, self.expr())
                self.next("]")
            else:
                node = (".", node, self.next())
        return node

    def primary(self):
        if self.peek("("):
            self.next()
            node = self.expr()
            self.next(")")
            return node
        name = self.next()
        if name in ("\\sum", "\\numof"):
            self.next("(")
            low = self.expr()
            self.next(",")
            high = self.expr()
            for token in (",", "\\lambda", "integer"):
                self.next(token)
            bound = self.next()
            self.next(";")
            node = ("\\sum", low, high, bound, self.expr())
            self.next(")")
            return node
        if name in ("\\old", "\\at"):
            self.next("(")
            node, state = self.expr(), "Pre"
            if name == "\\at":
                self.next(",")
                state = self.next()
            self.next(")")
            return ("at", node, state)
        labels = None
        if self.peek("{"):
            self.next()
            labels = self.listed("}", self.next)
        arguments = None
        if self.peek("("):
            self.next()
            arguments = self.listed(")", self.expr)
        return ("name", name, labels, arguments)


def fold(operator, nodes):
    result = nodes[0]
    for node in nodes[1:]:
        result = (operator, result, node)
    return result


def conjuncts(node):
    return conjuncts(node[1]) + conjuncts(node[2]) if node[0] == "&&" else [node]


def definitions(text):
    """Name -> (labels, parameters, body) of the predicates and logic functions in a file, and how
    many lemmas stand beside them."""
    found, lemmas = {}, 0
    for comment in re.findall(r"/\*@(.*?)\*/", text, re.S):
        p = Parser(comment)
        if p.peek("ghost"):
            continue
        while not p.peek(""):
            kind = p.next("predicate", "logic", "lemma")
            if kind == "logic":
                p.next("integer")
            name, labels, parameters = p.next(), [], []
            if p.peek("{"):
                p.next()
                labels = p.listed("}", p.next)
            if p.peek("("):
                p.next()
                parameters = p.listed(")", p.parameter)
            p.next(":" if kind == "lemma" else "=")
            body = p.expr()
            p.next(";")
            if kind == "lemma":
                lemmas += 1
            else:
                found[name] = (labels, parameters, body)
    return found, lemmas


class Inliner:
    """Makes clauses executable. `tables` has the fields of each table, `saved` is the C text
    that stands before a table in a state, `formal` writes a parameter's value
    there."""

    def __init__(self, known, tables, saved, formal):
        self.known, self.tables, self.saved, self.formal = known, tables, saved, formal
        self.fresh = 0

    def text(self, node):
        labels = {"": "Here", "Pre": "Pre", "Here": "Here", "Post": "Here"}
        return show(self.inline(node, {}, {**labels, **{x: x for x in self.saved}}, "Here", ()))

    def inline(self, node, names, labels, state, inside):
        def again(part, names=names, state=state):
            return self.inline(part, names, labels, state, inside)

        kind = node[0]
        if kind in ("\\forall", "\\exists"):
            inner = dict(names)
            bound = [self.bind(inner, name) for name in node[1]]
            return quantify(kind, bound, again(node[2], inner))
        if kind == "\\sum":
            inner = dict(names)
            bound = self.bind(inner, node[3])
            return (kind, again(node[1]), again(node[2]), bound, again(node[4], inner))
        if kind == "at":
            return again(node[1], state=self.state(labels, node[2]))
        if kind == "[]":
            return (kind, again(node[1]), again(node[2]))
        if kind == ".":
            return (kind, again(node[1]), node[2])
        if kind == "unary":
            return (kind, node[1], again(node[2]))
        if kind == "name":
            return self.name(node, names, labels, state, inside)
        parts = [again(part) for part in node[1:]]
        if kind == "==" and parts[0][0] == "[]":  # E-ACSL compares no structures
            fields = self.tables[show(parts[0][1]).split(".")[-1]]
            if fields:
                return fold("&&", [("==", *((".", part, x) for part in parts)) for x in fields])
        return (kind, *parts)

    def bind(self, names, name):
        self.fresh += 1
        names[name] = ("text", f"{name}_{self.fresh}")
        return names[name][1]

    def state(self, labels, label):
        if label not in labels:
            raise LeftOut(f"the label {label}")
        return labels[label]

    def name(self, node, names, labels, state, inside):
        _, name, given, arguments = node
        if arguments is None and name in names:
            return names[name]
        arguments = [self.inline(a, names, labels, state, inside) for a in arguments or []]
        if name in self.known:
            if name in inside:
                raise LeftOut(f"the recursion of {name}")
            formal, parameters, body = self.known[name]
            states = [self.state(labels, x) for x in given or []] or [state] * len(formal)
            inner = dict(zip(formal, states))
            return self.inline(body, dict(zip(parameters, arguments)), inner,
                               states[0] if len(states) == 1 else "Here", inside + (name,))
        if node[3] is not None:
            return ("text", f"{name}({', '.join(map(show, arguments))})")
        if state != "Here" and name in self.tables:
            return ("text", self.saved[state] + name)
        if state == "Pre" and re.match(r"[a-z]", name):
            return ("text", self.formal(name))
        return ("text", name)


def mentions(node, name):
    return node == ("text", name) or (isinstance(node, tuple) and
        any(mentions(part, name) for part in node)) or (node[0] == "text" and
        re.search(rf"\b{name}\b", node[1]) is not None)


def quantify(kind, names, body):
    """One quantifier a variable, each with its bounds in front: `lo <= k < hi ==> (rest)`."""
    if kind == "\\forall" and body[0] == "==>":
        given, goal = conjuncts(body[1]), body[2]
        while goal[0] == "==>":
            given, goal = given + conjuncts(goal[1]), goal[2]
    elif kind == "\\forall" and body[:2] == ("unary", "!"):
        given, goal = conjuncts(body[2]), ("text", "\\false")
    elif kind == "\\exists":
        given, goal = conjuncts(body), None
    else:
        given, goal = [], body
    return bounded(kind, names, given, goal)


def bounded(kind, names, given, goal):
    if not names:
        if goal is None:
            return fold("&&", given) if given else ("text", "\\true")
        return ("==>", fold("&&", given), goal) if given else goal
    name, rest = names[0], names[1:]
    later = lambda node: any(mentions(node, x) for x in rest)
    low = high = None
    for node in given:
        if node[0] in ("<", "<=") and not later(node):
            if node[2] == ("text", name) and low is None and not mentions(node[1], name):
                low = node
            elif node[1] == ("text", name) and high is None and not mentions(node[2], name):
                high = node
    if low is None or high is None:
        raise LeftOut(f"no bounds of {name}")
    given = [node for node in given if node is not low and node is not high]
    now = [node for node in given if not later(node)] if rest else []
    inner = bounded(kind, rest, [node for node in given if node not in now], goal)
    if now:
        inner = ("==>" if kind == "\\forall" else "&&", fold("&&", now), inner)
    return (kind, name, low, high, inner)


def show(node):
    kind = node[0]
    if kind == "text":
        return node[1]
    if kind in ("\\forall", "\\exists"):
        _, name, low, high, inner = node
        deny = "" if kind == "\\forall" else "!"  # of `\\exists` E-ACSL forgets parts of the body
        return (f"{deny}(\\forall integer {name}; {show(low[1])} {low[0]} {name} {high[0]} "
                f"{show(high[2])} ==> {deny}({show(inner)}))")
    if kind == "\\sum":
        _, low, high, name, inner = node
        return f"\\sum({show(low)}, {show(high)}, \\lambda integer {name}; {show(inner)})"
    if kind == "[]":
        return f"{show(node[1])}[{show(node[2])}]"
    if kind == ".":
        return f"{show(node[1])}.{node[2]}"
    if kind == "unary":
        return f"{node[1]}({show(node[2])})"
    if kind == "?":
        return f"({show(node[1])} ? {show(node[2])} : {show(node[3])})"
    return f"({show(node[1])} {kind} {show(node[2])})"
