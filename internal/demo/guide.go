package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Guide is what somebody needs to find the way in a demo registry, beside Logins.
type Guide struct {
	Origin string // the plan that it was made by
	Codes  []Code // one for each state that a visitor can find a sample in
}

// Code opens the result of a sample whose state is worth a look.
type Code struct {
	State  string // one of States
	Number string // of the sample
	Code   string
}

// guideFile is where the guide lies in the demo's folder. The codes of a real
// registry are written down nowhere; those of a demo open made-up results.
const guideFile = "demo.json"

// Save writes the guide into the folder.
func (g *Guide) Save(folder string) error {
	text, err := json.MarshalIndent(g, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, guideFile), append(text, '\n'), 0o600)
}

// ReadGuide reads the guide of the demo in the folder; nil where there is none.
func ReadGuide(folder string) (*Guide, error) {
	text, err := os.ReadFile(filepath.Join(folder, guideFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	g := &Guide{}
	if err := json.Unmarshal(text, g); err != nil {
		return nil, fmt.Errorf("%s: %w; remove the folder and make the demo anew", guideFile, err)
	}
	return g, nil
}
