package page

import (
	"html/template"
	"slices"
	"text/template/parse"

	"marquis/internal/locale"
)

// whole are the templates that are drawn with the struct of the page itself, wherever they
// stand. The texts of others may be for another reader than the page: a slip is in both
// languages.
var whole = []string{"after", "base", "danger", "elsewhere", "help", "main", "scripts", "sight", "styles"}

// translate puts the texts of a language into a page wherever it asks its own
// struct for one by its key alone, {{.T "page.…"}}. A page is mostly such texts:
// asking for each when the page is drawn would take longer than everything else.
// A text is escaped as HTML is, so it may stand only where HTML's text or a quoted
// attribute does; a test holds every page to it.
func translate(page *template.Template, l *locale.Locale) {
	translator(func(asks *parse.ActionNode, key string) parse.Node {
		return &parse.TextNode{NodeType: parse.NodeText, Pos: asks.Pos, Text: []byte(template.HTMLEscapeString(l.Text(key)))}
	}).page(page)
}

// translator says what stands in a page instead of an action that asks for a text.
type translator func(asks *parse.ActionNode, key string) parse.Node

func (t translator) page(page *template.Template) {
	for _, name := range whole {
		if part := page.Lookup(name); part != nil && part.Tree != nil {
			t.list(part.Tree.Root, true)
		}
	}
}

// list translates what stands in a list. Own tells that the dot is the page's
// struct, as $ is everywhere.
func (t translator) list(list *parse.ListNode, own bool) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			if key, ok := textKey(node.Pipe, own); ok {
				list.Nodes[i] = t(node, key)
			}
		case *parse.IfNode:
			t.branch(&node.BranchNode, own, own)
		case *parse.RangeNode:
			t.branch(&node.BranchNode, false, own)
		case *parse.WithNode:
			t.branch(&node.BranchNode, false, own)
		}
	}
}

func (t translator) branch(node *parse.BranchNode, inside, otherwise bool) {
	t.list(node.List, inside)
	t.list(node.ElseList, otherwise)
}

// textKey is the key of the text that an action asks for, if it does nothing else.
func textKey(pipe *parse.PipeNode, own bool) (string, bool) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	key, ok := pipe.Cmds[0].Args[1].(*parse.StringNode)
	if !ok {
		return "", false
	}
	switch method := pipe.Cmds[0].Args[0].(type) {
	case *parse.FieldNode:
		return key.Text, own && slices.Equal(method.Ident, []string{"T"})
	case *parse.VariableNode:
		return key.Text, slices.Equal(method.Ident, []string{"$", "T"})
	}
	return "", false
}
