package credential

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
	"pgregory.net/rapid"

	"marquis/internal/lab"
)

func hash(t testing.TB, password string) string {
	t.Helper()
	h, err := HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// check is the answer of one who waits alone.
func check(hash, password string) bool {
	ok, err := Caller{}.Check(context.Background(), hash, password)
	return ok && err == nil
}

func TestAPasswordOpensItsOwnHashOnly(t *testing.T) {
	h := hash(t, "vijf woorden die samen niets zijn")
	if !strings.HasPrefix(h, "$argon2id$v=19$m=47104,t=1,p=1$") || Outdated(h) {
		t.Errorf("the hash is %q", h)
	}
	for password, want := range map[string]bool{
		"vijf woorden die samen niets zijn":  true,
		"vijf woorden die samen niets zijn ": false,
		"Vijf woorden die samen niets zijn":  false,
		"":                                   false,
		"vijf woorden die samen niets":       false,
	} {
		if check(h, password) != want {
			t.Errorf("%q: %t", password, !want)
		}
	}
	if again := hash(t, "vijf woorden die samen niets zijn"); again == h {
		t.Error("two hashes have the same salt")
	}
}

func TestAPasswordIsTheSameOnEveryKeyboard(t *testing.T) {
	if h := hash(t, "cafe\u0301 ge\u0308opend om acht uur"); !check(h, "caf\u00e9 g\u00ebopend om acht uur") {
		t.Error("letters with accents that were put together differently are another password")
	}
}

func TestWhatCannotBeHashed(t *testing.T) {
	for _, password := range []string{"", strings.Repeat("é", longestPassword+1)} {
		if h, err := HashPassword(password); err == nil || h != "" {
			t.Errorf("%d bytes became %q", len(password), h)
		}
	}
	if h := hash(t, strings.Repeat("é", longestPassword)); !check(h, strings.Repeat("é", longestPassword)) {
		t.Error("the longest password is refused")
	}
}

// TestWhatIsNoHashOpensForNobody includes hashes that would take more memory or
// time than ours, which somebody may have written into the database.
func TestWhatIsNoHashOpensForNobody(t *testing.T) {
	const password = "vijf woorden die samen niets zijn"
	h := hash(t, password)
	salt := base64.RawStdEncoding.EncodeToString([]byte("saltsalt"))
	weak := func(form string, args ...any) string {
		tag := argon2.IDKey([]byte(password), []byte("saltsalt"), 1, 64, 1, 32)
		return fmt.Sprintf(form, args...) + salt + "$" + base64.RawStdEncoding.EncodeToString(tag)
	}
	if !check(weak("$argon2id$v=19$m=%d,t=%d,p=%d$", 64, 1, 1), password) {
		t.Error("a hash of weaker parameters, which an older program may have made, does not open")
	}
	old := argon2.IDKey([]byte(password), []byte("saltsalt"), 3, 64*1024, 4, 32)
	before := "$argon2id$v=19$m=65536,t=3,p=4$" + salt + "$" + base64.RawStdEncoding.EncodeToString(old)
	if !check(before, password) || check(before, "another") || !Outdated(before) {
		t.Error("a hash of the parameters before today's does not open, or is not to be made anew")
	}
	for _, bad := range []string{
		"", "x", password, "$argon2id$", h + " ", " " + h, h + "A", h[:len(h)-1], strings.Replace(h, "argon2id", "argon2i", 1),
		strings.Replace(h, "v=19", "v=16", 1), strings.Replace(h, "m=47104", "m=+47104", 1), strings.Replace(h, "p=1", "p=260", 1),
		strings.Replace(h, "p=1", "p=0", 1), strings.Replace(h, "t=1", "t=0", 1), strings.Replace(h, "m=47104", "m=4194304", 1),
		strings.Replace(h, "t=1", "t=1000000", 1), h[:strings.LastIndex(h, "$")+1], weak("$argon2id$v=19$m=%d,t=%d,p=%d$", -1, 1, 1),
	} {
		if check(bad, password) {
			t.Errorf("%q opened", bad)
		}
	}
}

// TestNobodyCostsAsMuch compares the work, in bytes allocated, because the time of
// one check on a busy machine says little.
func TestNobodyCostsAsMuch(t *testing.T) {
	h := hash(t, "vijf woorden die samen niets zijn")
	cost := func(check func()) (bytes uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		check()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	usual := cost(func() { check(h, "wrong") })
	for name, check := range map[string]func(){
		"nobody":      func() { check("", "wrong") },
		"no password": func() { check("no hash", "wrong") },
	} {
		if got := cost(check); got < usual*99/100 || got > usual*101/100 {
			t.Errorf("%s costs %d bytes, a user %d", name, got, usual)
		}
	}
	if user, ok := parsePasswordHash(h); !ok || user.memory != memoryKiB || user.passes != passes || user.lanes != lanes {
		t.Errorf("a user's hash is %s", h)
	}
}

func TestNewPasswords(t *testing.T) {
	const login, name = "j.vandenberg", "Joke van den Berg"
	for _, good := range []string{
		"vijf woorden die samen niets zijn",
		"paars geitenpad",
		"zzzz slaapt de kat nog altijd",
		"mijn wachtwoord eet graag bananen",
		"k#%&^*(!@)_+=-}{",
		"837461920571638",
		"字字面面都是我自己的密码吗也许是",
		"password of Joke's third tortoise",
		strings.Repeat("lange zin met ", 9) + "een einde",
	} {
		if err := CheckNewPassword(good, login, name, false); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "short", "fourteen chars", "e\u0301" + strings.Repeat("x7", 6) + "q", // 14 characters, 15 code points before they are put together
		strings.Repeat("lange zin met veel ", 14),
		"not text: \xff\xfe and more",
		"aaaaaaaaaaaaaaa", "abababababababab", "xyzxyzxyzxyzxyz", "11111111111111111", "----------------", "a a a a a a a a a a a",
		"123456789012345", "098765432109876", "abcdefghijklmnop", "zyxwvutsrqponmlkj", "qwertyuiopasdfgh", "qwertyqwertyqwerty",
		"1qaz2wsx3edc4rfv", "asdfghjklasdfghjkl", "lkjhgfdsapoiuytrewq", "qweasdzxcqweasdzxc", "azertyuiopqsdfgh",
		"passwordpassword", "PasswordPassword", "password1234567", "P@$$word P@$$word", "Welkom2024welkom!", "drowssapdrowssap",
		"wachtwoord12345", "Wachtwoord Utrecht", "correct horse battery staple", "ＰＡＳＳＷＯＲＤ　ＰＡＳＳＷＯＲＤ", "iloveyouiloveyou",
		"ditismijnwachtwoord", "qwerty123password", "welkom welkom welkom",
		"Joke van den Berg", "j.vandenberg j.vandenberg", "Berg, Joke van den", "joke joke joke joke 1984", "J.VANDENBERG1234567",
	} {
		err := CheckNewPassword(bad, login, name, false)
		var errs lab.FieldErrors
		if !errors.As(err, &errs) || slices.ContainsFunc(errs, func(e lab.FieldError) bool { return e.Field != "password" }) {
			t.Errorf("%q: %v", bad, err)
		}
		if bad != "" && err != nil && strings.Contains(err.Error(), bad) {
			t.Errorf("the message repeats the password: %v", err)
		}
	}
}

// TestChanceIsNotRefused: passwords that were drawn, as a password manager does.
func TestChanceIsNotRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, _ := NewToken()
		length := rapid.IntRange(shortestPassword, len(token)).Draw(t, "length")
		if err := CheckNewPassword(token[:length], "jan", "Jan", false); err != nil {
			t.Fatalf("%q: %v", token[:length], err)
		}
	})
}

// TestAnyTextGetsAnAnswer: whatever is typed, the rules answer, and refuse what is
// short.
func TestAnyTextGetsAnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "password")
		err := CheckNewPassword(password, rapid.String().Draw(t, "login"), rapid.String().Draw(t, "name"), rapid.Bool().Draw(t, "synthetic"))
		if short := len([]rune(password)) < shortestPassword; short && err == nil {
			t.Fatal("a short password is accepted")
		}
	})
}

func TestTestsMayHashCheaply(t *testing.T) {
	const password = "vijf woorden die samen niets zijn"
	dear := hash(t, password)
	t.Run("cheap", func(t *testing.T) {
		CheapInTest(t)
		h, known := parsePasswordHash(hash(t, password))
		if !known || h.memory >= memoryKiB || !check(h.String(), password) || !check(dear, password) {
			t.Errorf("%+v", h)
		}
	})
	if h, _ := parsePasswordHash(hash(t, password)); h.memory != memoryKiB {
		t.Errorf("hashing stayed cheap: %+v", h)
	}
}
