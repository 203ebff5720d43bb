package credential

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func TestTokens(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
	seen := map[string]bool{}
	for range 1000 {
		token, hash := NewToken()
		if !form.MatchString(token) || url.QueryEscape(token) != token {
			t.Fatalf("a token is %q", token)
		}
		if hash != HashToken(token) || len(hash) != 64 || seen[hash] {
			t.Fatalf("the hash of a token is %q", hash)
		}
		seen[hash] = true
	}
	// FIPS 180-2, appendix B.1
	if got := HashToken("abc"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("the hash of abc is %q", got)
	}
}

func TestRecoveryCodesAreReadAsTheyAreTyped(t *testing.T) {
	form := regexp.MustCompile(`^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$`)
	codes, hashes := NewRecoveryCodes()
	if len(codes) != RecoveryCodes || len(hashes) != RecoveryCodes {
		t.Fatalf("%d codes, %d hashes", len(codes), len(hashes))
	}
	for i, code := range codes {
		if !form.MatchString(code) || slices.Contains(codes[:i], code) || slices.Contains(hashes[:i], hashes[i]) {
			t.Errorf("a code is %q", code)
		}
		lookalike := strings.NewReplacer("O", "0", "B", "8", "I", "1").Replace(code)
		for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " "), " " + code + "\t", lookalike} {
			if HashRecoveryCode(typed) != hashes[i] {
				t.Errorf("%q is not read as %q", typed, code)
			}
		}
		for _, typed := range []string{"", code[1:], code + "A", codes[(i+1)%len(codes)]} {
			if HashRecoveryCode(typed) == hashes[i] {
				t.Errorf("%q is read as %q", typed, code)
			}
		}
	}
}

// The vectors of RFC 6238, appendix B, for SHA-1, of which authenticator apps show
// the last six digits.
var vectors = map[int64]string{
	59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
}

const vectorSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890

func TestTOTPVectors(t *testing.T) {
	for seconds, code := range vectors {
		step, ok := CheckTOTP(vectorSecret, code, time.Unix(seconds, 0), 0)
		if !ok || step != seconds/30 {
			t.Errorf("at %d: step %d, %t", seconds, step, ok)
		}
	}
}

func TestTOTPIsReadAsItIsTyped(t *testing.T) {
	at := time.Unix(1111111109, 0)
	for code, want := range map[string]bool{
		"081804": true, "081 804": true, " 08 18 04\u00a0": true,
		"": false, "81804": false, "0081804": false, "0818040": false, "O81804": false, "-81804": false, "081805": false, "０８１８０４": false,
	} {
		if _, ok := CheckTOTP(vectorSecret, code, at, 0); ok != want {
			t.Errorf("%q: %t", code, ok)
		}
	}
	for _, secret := range []string{"", "not base 32", vectorSecret[:16]} {
		if _, ok := CheckTOTP(secret, "081804", at, 0); ok {
			t.Errorf("the code of another secret opened %q", secret)
		}
	}
}

// TestTOTPStepsAreUsedOnce: a code is good from one step early to one step late,
// and after it was used neither it nor an earlier one is.
func TestTOTPStepsAreUsedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := rapid.Int64Range(10, 1<<35).Draw(t, "step")
		late := rapid.Int64Range(-3, 3).Draw(t, "steps late")
		used := made + rapid.Int64Range(-2, 2).Draw(t, "last used")
		code := codeAt(t, vectorSecret, made)
		step, ok := CheckTOTP(vectorSecret, code, time.Unix((made+late)*30+rapid.Int64Range(0, 29).Draw(t, "second"), 0), used)
		switch want := late >= -1 && late <= 1 && made > used; {
		case ok && step != made: // two steps within reach may share a code by chance, one in a million
			if codeAt(t, vectorSecret, step) != code || step <= used {
				t.Fatalf("step %d instead of %d", step, made)
			}
		case ok != want:
			t.Fatalf("made for %d, read %d late, last used %d: %t", made, late, used, ok)
		}
	})
}

func codeAt(t *rapid.T, secret string, step int64) string {
	code, err := totpCode(secret, step)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestNewTOTP(t *testing.T) {
	secret, address := NewTOTP("Marquis Utrecht", "j.jansen")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Marquis Utrecht:j.jansen" || q.Get("issuer") != "Marquis Utrecht" ||
		q.Get("secret") != secret || len(secret) != 32 || strings.Contains(address, "+") {
		t.Errorf("secret %q, address %q", secret, address)
	}
	if other, _ := NewTOTP("Marquis Utrecht", "j.jansen"); other == secret {
		t.Error("two secrets are the same")
	}
	now := time.Now()
	code, err := totpCode(secret, now.Unix()/30)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := CheckTOTP(secret, code, now, 0); !ok {
		t.Error("the code of a new secret is refused")
	}
}

// TestSeal: what is sealed opens under its key for its user and purpose, as often as
// it is tried; under another key, for another user or purpose, or changed in any
// byte, it does not, and it does not tell the text.
func TestSeal(t *testing.T) {
	key := rapid.SliceOfN(rapid.Byte(), KeyBytes, KeyBytes)
	rapid.Check(t, func(t *rapid.T) {
		own, other, text := key.Draw(t, "key"), key.Draw(t, "other key"), rapid.String().Draw(t, "text")
		user := lab.Optional(rapid.Int32Range(0, 1<<30).Draw(t, "user"))
		sealed, err := Seal(own, user, SecondFactor, text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Open(own, user, SecondFactor, sealed); err != nil || got != text {
			t.Fatalf("opened %q, %v", got, err)
		}
		if again, _ := Seal(own, user, SecondFactor, text); again == sealed {
			t.Fatal("the same text is sealed the same twice")
		}
		if len(text) > 3 && strings.Contains(sealed, text) {
			t.Fatal("the text is not hidden")
		}
		closed := func(why string, got string, err error) {
			t.Helper()
			if err == nil || got != "" {
				t.Fatalf("%s opened %q", why, got)
			}
		}
		if !slices.Equal(own, other) {
			got, err := Open(other, user, SecondFactor, sealed)
			closed("another key", got, err)
		}
		got, err := Open(own, user+1, SecondFactor, sealed)
		closed("another user", got, err)
		got, err = Open(own, user, PendingFactor, sealed)
		closed("another purpose", got, err)
		data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sealed, sealedForm))
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, len(data)-1).Draw(t, "changed byte")
		data[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		got, err = Open(own, user, SecondFactor, sealedForm+base64.StdEncoding.EncodeToString(data))
		closed("a changed byte", got, err)
	})
}

func TestWhatIsNotSealedDoesNotOpen(t *testing.T) {
	key := make([]byte, KeyBytes)
	for _, sealed := range []string{"", "x", "not base 64!", "AAAA", "v2:", "v2:AAAA", "v2:" + base64.StdEncoding.EncodeToString(make([]byte, 60))} {
		if got, err := Open(key, 1, SecondFactor, sealed); err == nil {
			t.Errorf("%q opened as %q", sealed, got)
		}
		if got, err := Reseal(key, 1, SecondFactor, sealed); err == nil {
			t.Errorf("%q was sealed anew as %q", sealed, got)
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, KeyBytes-1), make([]byte, KeyBytes+1)} {
		if _, err := Seal(bad, 1, SecondFactor, "text"); err == nil {
			t.Errorf("a key of %d bytes sealed", len(bad))
		}
		if _, err := Open(bad, 1, SecondFactor, "v2:AAAA"); err == nil {
			t.Errorf("a key of %d bytes opened", len(bad))
		}
	}
}

// What a program before today's form had sealed: the text "secret of before" under
// the key of 32 letters k.
const sealedBefore = "xtk9I26vXesFk0sencDshLa+789fvKzfFbr0HysvNoXtizhhawd4UI6A0lQ="

func TestTheFormOfBeforeIsSealedAnewAndOpensNowhereElse(t *testing.T) {
	key := []byte(strings.Repeat("k", KeyBytes))
	if got, err := Open(key, 7, SecondFactor, sealedBefore); err == nil {
		t.Errorf("it opened as %q", got)
	}
	if _, err := Reseal([]byte(strings.Repeat("x", KeyBytes)), 7, SecondFactor, sealedBefore); err == nil {
		t.Error("another key sealed it anew")
	}
	sealed, err := Reseal(key, 7, SecondFactor, sealedBefore)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(key, 7, SecondFactor, sealed); err != nil || got != "secret of before" {
		t.Errorf("opened %q, %v", got, err)
	}
	if again, err := Reseal(key, 7, SecondFactor, sealed); err != nil || again != sealed {
		t.Errorf("sealed anew a second time: %q, %v", again, err)
	}
	if _, err := Reseal(key, 8, SecondFactor, sealed); err == nil {
		t.Error("the secret of one user was taken for another's")
	}
}

func TestWhatIsHiddenIsToldApart(t *testing.T) {
	key, another := make([]byte, KeyBytes), make([]byte, KeyBytes)
	another[0] = 1
	seen := map[string]bool{}
	for _, k := range [][]byte{key, another} {
		h, err := NewHider(k)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"network", "login"} {
			for _, text := range []string{"", "anna", "192.0.2.1"} {
				hash := h.Hash(kind, text)
				if hash != h.Hash(kind, text) || len(hash) != 64 {
					t.Errorf("%s %q is hidden as %q", kind, text, hash)
				}
				seen[hash] = true
			}
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d different hashes of 12", len(seen))
	}
	if _, err := NewHider(key[1:]); err == nil {
		t.Error("a short key hides")
	}
}

func TestTheFormOfARecoveryCode(t *testing.T) {
	codes, _ := NewRecoveryCodes()
	for _, typed := range []string{codes[0], strings.ToLower(codes[0]), strings.ReplaceAll(codes[0], "-", " ")} {
		if !IsRecoveryCode(typed) {
			t.Errorf("%q is none", typed)
		}
	}
	for _, typed := range []string{"", "000000", "123 456", codes[0][1:], codes[0] + "A", "ABCD-ABCD-ABCD-ABC!", "\u00c4BCDEFGHIJKLMNO"} {
		if IsRecoveryCode(typed) {
			t.Errorf("%q is one", typed)
		}
	}
}
