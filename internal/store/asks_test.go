package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"marquis/internal/lab"
	"marquis/internal/store"
)

// asksNobody are the methods that take no actor, each with its reason.
var asksNobody = map[string]string{
	"Close": "the place, not what is in it", "NewID": "the place, not what is in it", "Notes": "the place, not what is in it",
	"Ping": "the place, not what is in it", "PoolStats": "the place, not what is in it", "Writable": "the place, not what is in it",

	"Dictionary": "public", "Words": "public", "Synthetic": "told on every page",
	"Opens":  "whoever has the code is the visitor",
	"Lookup": "whoever has the code is the visitor",

	"Account": "finds out who asks", "Session": "finds out who asks", "ReplaceSession": "whoever has the token", "EndSession": "whoever has the token",
	"OfferFactor": "whoever has the token", "EndedSession": "whoever had the token", "RememberDevice": "whoever has the token",
	"Invitation": "whoever has the invitation", "AcceptInvitation": "whoever has the invitation",
	"KnownTo": "before anybody has signed in", "HasRecoveryCode": "before anybody has signed in", "HasOtherHashes": "before anybody has signed in",
	"Rehash": "before anybody has signed in", "NoteSignInFailure": "before anybody has signed in", "NoteSignInLimit": "before anybody has signed in",
	"WriteSignInFailures": "before anybody has signed in",
}

// tellsCredentials are the methods that hand out what somebody logs in with; Snapshot
// hands out all there is, to who backs it up.
var tellsCredentials = []string{"Account", "Session", "KnownTo", "UseSecondFactor", "Snapshot"}

// sources are the files of the package, without its tests.
func sources(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	noError(t, err)
	return slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

// methods are the exported methods of the store, without those that tests add.
func methods(t *testing.T) map[string]reflect.Type {
	t.Helper()
	found := map[string]reflect.Type{}
	for _, name := range sources(t) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		noError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.IsExported() {
				if m, ok := reflect.TypeFor[*store.Store]().MethodByName(f.Name.Name); ok {
					found[m.Name] = m.Type
				}
			}
		}
	}
	if len(found) < 90 {
		t.Fatalf("%d methods are found", len(found))
	}
	return found
}

func takesActor(m reflect.Type) bool { return m.NumIn() > 2 && m.In(2) == reflect.TypeFor[lab.Actor]() }

// TestEveryMethodAsksWho: a method takes the actor after the context, or says why not.
func TestEveryMethodAsksWho(t *testing.T) {
	all := methods(t)
	for name, m := range all {
		if takes := takesActor(m); takes == (asksNobody[name] != "") {
			t.Errorf("%s takes an actor: %v; exception: %q", name, takes, asksNobody[name])
		}
	}
	for name := range asksNobody {
		if all[name] == nil {
			t.Errorf("%s is an exception and no method", name)
		}
	}
}

var secretName = regexp.MustCompile(`(?i)(hash|sealed|token|secret|pending)`)

// secretIn is where a type holds what somebody logs in with; empty where it holds none.
func secretIn(x reflect.Type, seen map[reflect.Type]bool) string {
	if x == reflect.TypeFor[store.Credentials]() || x == reflect.TypeFor[store.Known]() {
		return x.String()
	}
	if seen[x] || x == reflect.TypeFor[store.CodeHash]() { // a visitor's, whom nobody logs in
		return ""
	}
	seen[x] = true
	var parts []reflect.Type
	switch x.Kind() {
	case reflect.Struct:
		for i := range x.NumField() {
			f := x.Field(i)
			if f.IsExported() && secretName.MatchString(f.Name) {
				return x.String() + "." + f.Name
			}
			parts = append(parts, f.Type)
		}
	case reflect.Map:
		parts = []reflect.Type{x.Key(), x.Elem()}
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		parts = []reflect.Type{x.Elem()}
	case reflect.Func:
		for i := range x.NumIn() {
			parts = append(parts, x.In(i))
		}
	}
	for _, p := range parts {
		if found := secretIn(p, seen); found != "" {
			return found
		}
	}
	return ""
}

// TestCredentialsLeaveTheStoreByLoginAlone: no other method returns a type that holds
// them, or hands one to a function that it is given.
func TestCredentialsLeaveTheStoreByLoginAlone(t *testing.T) {
	for name, m := range methods(t) {
		found, seen := "", map[reflect.Type]bool{}
		for i := range m.NumOut() {
			found += secretIn(m.Out(i), seen)
		}
		for i := 1; i < m.NumIn(); i++ {
			if m.In(i).Kind() == reflect.Func {
				found += secretIn(m.In(i), seen)
			}
		}
		if login := slices.Contains(tellsCredentials, name); login == (found == "") {
			t.Errorf("%s hands out %q; is for logging in: %v", name, found, login)
		}
	}
}

// TestRecordsAreReadWholeInOnePlace: how a table is read whole stands in table.go alone, and in
// hidden.go what of it is seen.
func TestRecordsAreReadWholeInOnePlace(t *testing.T) {
	whole := regexp.MustCompile(`(?i)select\s+\*`)
	for _, name := range sources(t) {
		text, err := os.ReadFile(name)
		noError(t, err)
		if name != "table.go" && name != "hidden.go" && whole.Match(text) {
			t.Errorf("%s reads a table whole: see table.go", name)
		}
	}
}
