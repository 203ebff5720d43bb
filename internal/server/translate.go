package server

import (
	"html/template"
	"slices"
	"text/template/parse"

	"marquis/internal/locale"
)

// translate puts the texts of a language into a template wherever it asks for one
// by its key alone, {{.T "page.…"}}. A page is mostly such texts: asking for each
// when the page is drawn would take longer than everything else.
func translate(page *template.Template, l *locale.Locale) {
	for _, part := range page.Templates() {
		if part.Tree != nil {
			translateList(part.Tree.Root, l)
		}
	}
}

func translateList(list *parse.ListNode, l *locale.Locale) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			if key, ok := textKey(node.Pipe); ok {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: node.Pos, Text: []byte(template.HTMLEscapeString(l.Text(key)))}
			}
		case *parse.IfNode:
			translateBranch(&node.BranchNode, l)
		case *parse.RangeNode:
			translateBranch(&node.BranchNode, l)
		case *parse.WithNode:
			translateBranch(&node.BranchNode, l)
		}
	}
}

func translateBranch(node *parse.BranchNode, l *locale.Locale) {
	translateList(node.List, l)
	translateList(node.ElseList, l)
}

// textKey is the key of the text that an action asks for, if it does nothing else.
func textKey(pipe *parse.PipeNode) (string, bool) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 2 {
		return "", false
	}
	key, ok := pipe.Cmds[0].Args[1].(*parse.StringNode)
	if !ok {
		return "", false
	}
	switch method := pipe.Cmds[0].Args[0].(type) {
	case *parse.FieldNode:
		return key.Text, slices.Equal(method.Ident, []string{"T"})
	case *parse.VariableNode:
		return key.Text, slices.Equal(method.Ident, []string{"$", "T"})
	}
	return "", false
}
