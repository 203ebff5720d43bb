package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
)

// Text is the one text of a result, JSON with the names in the order of the fields: the
// same bytes in each database, for which the audit trail vouches.
func (r Result) Text() (string, error) { return CanonicalJSON(r) }

// ResultSum is the SHA-256 of the text of a result.
func ResultSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// readResult reads the JSON that Text wrote, also with spaces in it. That is most of the work of a look-up for encoding/json, which finds out at each value
// what it has before it; whatever is not in the plain form is left to it.
func readResult(text string) (Result, error) {
	var r Result
	in := plainJSON{rest: text}
	in.result(&r)
	if in.space(); !in.odd && in.rest == "" {
		return r, nil
	}
	r = Result{}
	err := json.Unmarshal([]byte(text), &r)
	return r, err
}

// plainJSON reads JSON of known fields, whole numbers and texts without escapes.
// Odd is anything else, after which it reads nothing of meaning.
type plainJSON struct {
	rest string
	odd  bool
}

func (in *plainJSON) space() { in.rest = strings.TrimLeft(in.rest, " ") }

// take reads what is to come, if it does.
func (in *plainJSON) take(token string) (ok bool) {
	in.space()
	in.rest, ok = strings.CutPrefix(in.rest, token)
	return ok
}

func (in *plainJSON) want(token string) { in.odd = !in.take(token) || in.odd }

// series reads what stands between two brackets, one by one.
func (in *plainJSON) series(from, to string, read func()) {
	in.want(from)
	if in.take(to) {
		return
	}
	for !in.odd {
		read()
		if in.take(to) {
			return
		}
		in.want(",")
	}
}

func (in *plainJSON) object(read func(name string)) {
	in.series("{", "}", func() {
		name := plainText[string](in)
		in.want(":")
		read(name)
	})
}

func (in *plainJSON) truth() bool {
	if in.take("true") {
		return true
	}
	in.want("false")
	return false
}

func plainList[T any](in *plainJSON, read func() T) []T {
	if in.take("null") {
		return nil
	}
	list := []T{}
	in.series("[", "]", func() { list = append(list, read()) })
	return list
}

func plainText[T ~string](in *plainJSON) T {
	in.want(`"`)
	end := 0
	for end < len(in.rest) && in.rest[end] != '"' {
		c := in.rest[end]
		in.odd = in.odd || c < ' ' || c > '~' || c == '\\'
		end++
	}
	said := in.rest[:end]
	in.rest = in.rest[end:]
	in.want(`"`)
	return T(said)
}

func plainNumber[T ~int8 | ~int32 | ~int64](in *plainJSON) T {
	in.space()
	end := 0
	for end < len(in.rest) && (in.rest[end] >= '0' && in.rest[end] <= '9' || in.rest[end] == '-') {
		end++
	}
	digits := in.rest[:end]
	in.rest = in.rest[end:]
	n, err := strconv.ParseInt(digits, 10, 64)
	leading := strings.TrimPrefix(digits, "-")
	in.odd = in.odd || err != nil || int64(T(n)) != n || len(leading) > 1 && leading[0] == '0'
	return T(n)
}

func (in *plainJSON) result(r *Result) {
	in.object(func(name string) {
		switch name {
		case "level":
			r.Level = plainText[Level](in)
		case "recognised":
			r.Recognised = in.truth()
		case "conclusion":
			r.Conclusion = plainText[Conclusion](in)
		case "methods":
			r.Methods = plainList(in, func() MethodID { return plainNumber[MethodID](in) })
		case "findings":
			r.Findings = plainList(in, in.released)
		case "left_out":
			r.LeftOut = plainList(in, in.leftOut)
		case "could_not_tell":
			r.CouldNotTell = plainList(in, func() MethodID { return plainNumber[MethodID](in) })
		case "of":
			r.Of = plainText[string](in)
		case "being_confirmed":
			r.BeingConfirmed = in.truth()
		case "signatures":
			r.Signatures = plainList(in, func() Signature { return plainText[Signature](in) })
		default:
			in.odd = true
		}
	})
}

func (in *plainJSON) released() (f Released) {
	in.object(func(name string) {
		switch name {
		case "substance":
			f.SubstanceID = plainNumber[SubstanceID](in)
		case "detection":
			f.Detection = plainText[Detection](in)
		case "amount":
			f.Amount = in.amount()
		case "basis":
			f.Basis = plainText[Basis](in)
		case "base":
			f.Base = plainNumber[int64](in)
		case "base_known":
			f.BaseKnown = in.truth()
		case "uncertainty":
			f.Uncertainty = plainNumber[int64](in)
		case "stereo":
			f.Stereo = plainText[Stereo](in)
		case "abundance":
			f.Abundance = plainText[Abundance](in)
		case "role":
			f.Role = plainText[Role](in)
		case "main":
			f.Main = in.truth()
		case "method":
			f.MethodID = plainNumber[MethodID](in)
		case "analysis":
			f.AnalysisID = in.id()
		case "level":
			f.Level = plainText[Level](in)
		case "peaks":
			f.Peaks = plainNumber[int32](in)
		case "mean_of":
			f.MeanOf = plainList(in, in.id)
		default:
			in.odd = true
		}
	})
	return f
}

func (in *plainJSON) id() (id ID) {
	in.odd = id.Scan(plainText[string](in)) != nil || in.odd
	return id
}

func (in *plainJSON) leftOut() (x LeftOut) {
	in.object(func(name string) {
		switch name {
		case "substance":
			x.SubstanceID = plainNumber[SubstanceID](in)
		case "detection":
			x.Detection = plainText[Detection](in)
		case "amount":
			x.Amount = in.amount()
		case "basis":
			x.Basis = plainText[Basis](in)
		case "method":
			x.MethodID = plainNumber[MethodID](in)
		case "analysis":
			x.AnalysisID = in.id()
		case "why":
			x.Why = plainText[WhyLeftOut](in)
		case "by":
			x.By = plainNumber[MethodID](in)
		case "set_aside":
			x.SetAside = plainText[SetAside](in)
		case "with":
			x.With = plainText[string](in)
		default:
			in.odd = true
		}
	})
	return x
}

func (in *plainJSON) amount() (a Amount) {
	in.object(func(name string) {
		switch name {
		case "Value":
			a.Value = plainNumber[int64](in)
		case "Scale":
			a.Scale = plainText[Scale](in)
		case "Decimals":
			a.Decimals = plainNumber[int8](in)
		default:
			in.odd = true
		}
	})
	return a
}
