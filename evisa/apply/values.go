package apply

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// value reads one field of a form. An answer that is not there is "" and, where one is needed, a problem.
func value(form Form, f Field) (v string, shown map[string]string, p *problem.Error) {
	if f.Kind == KindDate {
		return dateValue(form, f)
	}
	v, show, p := tidy(form.Get(f.Name), f)
	switch {
	case p != nil && f.Kind == KindCountry:
		show, p = "", bad("country")
	case p != nil && len(f.Options) > 0:
		show, p = "", bad("choice") // no option looks like this, whatever it is
	}
	if p == nil && v != "" {
		v, p = judge(v, f)
	}
	if p == nil && v == "" && f.Required {
		p = bad("required")
	}
	if p != nil {
		return "", map[string]string{f.Name: show}, p.At(f.Name)
	}
	return v, map[string]string{f.Name: show}, nil
}

// judge says whether an answer is of its kind, and writes it the one way it is kept.
func judge(v string, f Field) (string, *problem.Error) {
	switch f.Kind {
	case KindChoice, KindYesNo:
		if !slices.Contains(f.Options, v) {
			return "", bad("choice")
		}
	case KindCountry:
		if v = traveldoc.FoldState(strings.ToUpper(v)); !f.Codes.Take(v) {
			return "", bad("country")
		}
	case KindCheck:
		if v != yes {
			return "", bad("choice")
		}
	case KindEmail:
		return email(v)
	case KindPhone:
		return phone(v)
	case KindNumber:
		return number(v)
	case KindText:
		return text(v, f.Name)
	case KindLong, KindDate:
	}
	return v, nil
}

// text holds lines against what their field may hold: a name is letters, other lines are as they are.
func text(v, field string) (string, *problem.Error) {
	switch field {
	case FieldSurname, FieldGivenNames:
		if !nameLike(v) {
			return "", bad("letters")
		}
		if !latin(v) {
			return "", bad("latin")
		}
	case FieldOriginalName, FieldOtherNames:
		if !nameLike(v) {
			return "", bad("letters")
		}
	case FieldBirthPlace, FieldHostName:
		if strings.ContainsAny(v, "<>") || !strings.ContainsFunc(v, unicode.IsLetter) {
			return "", bad("name")
		}
	}
	return v, nil
}

// nameLike reports whether a text can be a person's name: letters of any script with their marks, and what stands between them.
func nameLike(v string) bool {
	for _, r := range v {
		if !unicode.In(r, unicode.L, unicode.M) && !strings.ContainsRune(" -'’ʼ.,·/()", r) {
			return false
		}
	}
	return strings.ContainsFunc(v, unicode.IsLetter)
}

// latin reports whether a name is written in Latin letters, as every travel document has it (Doc 9303-3, 3.4).
func latin(v string) bool {
	for _, r := range v {
		if unicode.IsLetter(r) && !unicode.In(r, unicode.Latin) && r != 'ʼ' {
			return false
		}
	}
	return traveldoc.FoldName(v) != ""
}

var (
	mailLocal  = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*$`)
	mailDomain = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$`)
)

// email takes what mail goes to everywhere (RFC 5321, 4.1.2, Dot-string and Domain; 4.5.3.1 for the lengths).
func email(v string) (string, *problem.Error) {
	local, domain, ok := strings.Cut(v, "@")
	if !ok || len(local) > 64 || len(v) > 254 || !mailLocal.MatchString(local) || !mailDomain.MatchString(domain) {
		return "", bad("email")
	}
	return local + "@" + strings.ToLower(domain), nil
}

// phone takes a number as people write it; the digits are those of ITU-T E.164.
func phone(v string) (string, *problem.Error) {
	v = digits(v)
	n := 0
	for i, r := range v {
		switch {
		case r >= '0' && r <= '9':
			n++
		case r == '+' && i == 0, strings.ContainsRune(" -().", r):
		default:
			return "", bad("phone")
		}
	}
	if n < 5 || n > 15 {
		return "", bad("phone")
	}
	return v, nil
}

// number is a document's number: capitals and digits, as it is in the zone.
func number(v string) (string, *problem.Error) {
	v = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "<", "").Replace(digits(v)))
	if len(v) < 3 || strings.ContainsFunc(v, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
		return "", bad("number")
	}
	return v, nil
}

// dateValue reads a date from one field in ISO 8601, or from three.
func dateValue(form Form, f Field) (string, map[string]string, *problem.Error) {
	shown := map[string]string{}
	if whole, show, p := tidy(form.Get(f.Name), f); whole != "" || p != nil {
		shown[f.Name] = show
		date, err := traveldoc.ParseDate(digits(whole))
		if p == nil && err != nil {
			p = bad("date")
		}
		if p != nil {
			return "", shown, p.At(f.Name)
		}
		return date.String(), shown, nil
	}
	parts := [3]int{}
	var fault *problem.Error
	for i, part := range []string{"_year", "_month", "_day"} {
		typed, show, p := tidy(form.Get(f.Name+part), Field{Name: f.Name, Most: 4})
		shown[f.Name+part] = show
		n, err := strconv.Atoi("0" + digits(typed))
		if p == nil && (err != nil || strings.ContainsAny(typed, "+-_")) {
			p = bad("date")
		}
		if parts[i] = n; p != nil && fault == nil {
			fault = p
		}
	}
	return assemble(parts, shown, f, fault)
}

// DateIn is the day that three fields of a form say, read as on every page, in the digits of any script; zero when nothing was said, and
// false when it is no whole day.
func DateIn(form Form, name string) (traveldoc.Date, bool) {
	v, _, p := dateValue(form, Field{Name: name, Kind: KindDate})
	d := dateOf(v)
	return d, p == nil && (d.IsZero() || d.Precision() == traveldoc.PrecisionDay)
}

func assemble(parts [3]int, shown map[string]string, f Field, fault *problem.Error) (string, map[string]string, *problem.Error) {
	if fault == nil && parts == [3]int{} {
		if f.Required {
			return "", shown, bad("required").At(f.Name)
		}
		return "", shown, nil
	}
	date, err := traveldoc.NewDate(parts[0], parts[1], parts[2])
	if fault == nil && (err != nil || date.IsZero()) {
		fault = bad("date")
	}
	if fault != nil {
		return "", shown, fault.At(f.Name)
	}
	return date.String(), shown, nil
}

// address is the portal's own address with a path.
func address(base, path string) (string, error) { return url.JoinPath(base, path) }
