package credential

import (
	"errors"
	"strings"
	"testing"
)

func TestASlipOpensForItsSessionAndItsFormAlone(t *testing.T) {
	token, _ := NewToken()
	other, hash := NewToken()
	key, said := NewRequestKey(), "7K3M-9QXD-2RTW"
	sealed, err := SealSlip(token, key, said)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, said) {
		t.Error("the slip can be read as it is kept")
	}
	if got, err := OpenSlip(token, key, sealed); err != nil || got != said {
		t.Errorf("opened %q, %v", got, err)
	}
	again, _ := SealSlip(token, key, said)
	if again == sealed {
		t.Error("the same slip is sealed alike twice")
	}
	changed := "A" + sealed[1:]
	if changed == sealed {
		changed = "B" + sealed[1:]
	}
	for name, open := range map[string]func() (string, error){
		"another session":             func() (string, error) { return OpenSlip(other, key, sealed) },
		"the hash that is kept":       func() (string, error) { return OpenSlip(hash, key, sealed) },
		"another form":                func() (string, error) { return OpenSlip(token, NewRequestKey(), sealed) },
		"a changed one":               func() (string, error) { return OpenSlip(token, key, changed) },
		"a piece of one":              func() (string, error) { return OpenSlip(token, key, sealed[:8]) },
		"nothing":                     func() (string, error) { return OpenSlip(token, key, "") },
		"what is no base64 at all":    func() (string, error) { return OpenSlip(token, key, "§") },
		"one of another length cut":   func() (string, error) { return OpenSlip(token, key, sealed[:len(sealed)-4]) },
		"one with something after it": func() (string, error) { return OpenSlip(token, key, sealed+"AAAA") },
	} {
		if got, err := open(); !errors.Is(err, ErrSealed) || got != "" {
			t.Errorf("%s opens %q, %v", name, got, err)
		}
	}
	if _, err := SealSlip("", key, said); err == nil {
		t.Error("a slip is sealed under no token")
	}
}

func TestRequestKeys(t *testing.T) {
	key := NewRequestKey()
	for text, is := range map[string]bool{
		key: true, "": false, key[1:]: false, key + "A": false, strings.ToLower(key): false, strings.Repeat("8", len(key)): false,
		strings.Repeat("/", len(key)): false, "é" + key[2:]: false,
	} {
		if IsRequestKey(text) != is {
			t.Errorf("%q is a request key: %v", text, !is)
		}
	}
	if key == NewRequestKey() {
		t.Error("two keys are the same")
	}
}
