package credential

import (
	"strings"
	"testing"
	"time"
)

func TestADemoPasswordIsForSyntheticSamplesAlone(t *testing.T) {
	for _, login := range []string{"intake", "coordinator", "j.vandenberg", "é", ""} {
		password := DemoPassword(login)
		if password != DemoPassword(login) || !IsDemoPassword(password) || len(password) < shortestPassword {
			t.Errorf("the demo password of %q is %q", login, password)
		}
		if err := CheckNewPassword(password, "anna", "Anna", true); err != nil {
			t.Errorf("%q is refused among synthetic samples: %v", password, err)
		}
		for _, written := range []string{password, strings.ToUpper(password), strings.ReplaceAll(password, " ", "-"), "Demo P@ssword of: " + login} {
			err := CheckNewPassword(written, "anna", "Anna", false)
			if err == nil || !strings.Contains(err.Error(), "for the demo") {
				t.Errorf("%q among real samples: %v", written, err)
			}
		}
	}
}

func TestOtherPasswordsAreNoDemoPasswords(t *testing.T) {
	for _, password := range []string{"", "demo", "demo password", "a demo password of anna", "vijf woorden die samen niets zijn"} {
		if IsDemoPassword(password) {
			t.Errorf("%q is one", password)
		}
	}
}

func TestADemoSecretGivesCodes(t *testing.T) {
	seen := map[string]bool{}
	for _, login := range []string{"intake", "verifier", "Verifier", ""} {
		secret := DemoSecret(login)
		if seen[secret] || secret != DemoSecret(login) || len(secret) != 32 || !IsDemoSecret(secret) {
			t.Errorf("the secret of %q is %q", login, secret)
		}
		seen[secret] = true
		at := time.Unix(1111111109, 0)
		code, err := totpCode(secret, at.Unix()/totpPeriod)
		if _, ok := CheckTOTP(secret, code, at, 0); !ok || err != nil {
			t.Errorf("the code of %q opens nothing: %v", secret, err)
		}
	}
	drawn, _ := NewTOTP("Marquis", "intake")
	for _, secret := range []string{"", vectorSecret, drawn} {
		if IsDemoSecret(secret) {
			t.Errorf("%q is one", secret)
		}
	}
}
