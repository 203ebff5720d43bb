package intake

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"marquis/internal/locale"
)

// notInDutch are texts about files that a test has met and that no Dutch page could tell.
var notInDutch struct {
	sync.Mutex
	texts []string
}

// TestMain fails where whatever the tests read, of all their files, said something that Dutch
// pages have no words for.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, text := range notInDutch.texts {
		fmt.Fprintf(os.Stderr, "not in Dutch: %s\n", text)
		code = 1
	}
	os.Exit(code)
}

// dutch notes what of a reading cannot be told in Dutch, and returns the reading.
func dutch(plan *Plan, err error) (*Plan, error) {
	tellInDutch(err)
	if err != nil {
		return plan, err
	}
	for line := range plan.Receipt.Lines() {
		tellTexts(line.Reason)
	}
	for _, f := range plan.Receipt.Files {
		tellTexts(f.Notes...)
	}
	return plan, nil
}

// dutchTable notes what of a table cannot be told in Dutch, and returns the table.
func dutchTable(t *Table, err error) (*Table, error) {
	tellInDutch(err)
	if t != nil {
		tellTexts(t.Notes...)
		for _, m := range t.Malformed {
			tellTexts(m.sentence())
		}
	}
	return t, err
}

func tellInDutch(err error) {
	if err != nil {
		tellTexts(strings.Split(err.Error(), "\n")...)
	}
}

var (
	quotedText  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	englishWord = regexp.MustCompile(`\b(the|this|that|which|and|with|rows?|lines?)\b`)
	ofTheClass  = regexp.MustCompile(`an? [\w-]+, which one is not known`) // a name of the dictionary, as a mapping writes it
	ofALibrary  = regexp.MustCompile(`(XML syntax error|xml: |zip: |parse error|record on line) .*`)
)

// stillEnglish tells that a part of a text was left in English, which is neither of the file nor
// what a library says.
func stillEnglish(text string) bool {
	return englishWord.MatchString(quotedText.ReplaceAllString(ofTheClass.ReplaceAllString(ofALibrary.ReplaceAllString(text, ""), ""), ""))
}

func tellTexts(texts ...string) {
	nl, err := locale.New("nl")
	if err != nil {
		panic(err)
	}
	notInDutch.Lock()
	defer notInDutch.Unlock()
	for _, text := range texts {
		told := nl.Retell(text)
		if (told == text || stillEnglish(told)) && !slices.Contains(notInDutch.texts, text) {
			notInDutch.texts = append(notInDutch.texts, text)
		}
	}
}
