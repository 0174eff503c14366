package config

import (
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader reads variables one by one and remembers every problem, so that the operator mends all of them at once.
type reader struct {
	getenv   Getenv
	file     map[string]string
	known    map[string]bool
	settings []Setting
	problems Problems
}

func newReader(getenv Getenv) *reader {
	r := &reader{getenv: getenv, known: map[string]bool{FileVariable: true}}
	if path := getenv(FileVariable); path != "" {
		values, err := ReadFile(path)
		if err != nil {
			r.fail(FileVariable, fmt.Sprintf("cannot be read: %v; expected a file of KEY=VALUE lines", err))
		}
		r.file = values
	}
	return r
}

// done reports what was read. A key of the file that nobody asked for is a misspelt one, or one of the other program.
func (r *reader) done() ([]Setting, error) {
	for _, key := range slices.Sorted(maps.Keys(r.file)) {
		if strings.HasPrefix(key, "BMIS_") && !r.known[key] {
			r.fail(key, "in the file is no setting of this program; expected one that is documented")
		}
	}
	if len(r.problems) > 0 {
		return r.settings, r.problems
	}
	return r.settings, nil
}

func (r *reader) fail(variable, text string) {
	r.problems = append(r.problems, Problem{Variable: variable, Text: text})
}

// lookup is the value from the environment, else from the file, else "".
func (r *reader) lookup(name string) string {
	r.known[name] = true
	if value := r.getenv(name); value != "" {
		return strings.TrimSpace(value)
	}
	return r.file[name]
}

// get is lookup with a default; it enters the setting into the list.
func (r *reader) get(name, fallback, about string) string {
	value := r.lookup(name)
	isDefault := value == ""
	if isDefault {
		value = fallback
	}
	r.settings = append(r.settings, Setting{Name: name, Value: value, Default: isDefault, About: about})
	return value
}

// secret reads NAME, or the file that NAME_FILE names (as systemd's LoadCredential= and container secrets give it).
func (r *reader) secret(name, about string) string {
	value, from := r.lookup(name), r.lookup(name+"_FILE")
	if from != "" {
		value = r.secretFile(name, from, value)
	}
	setting := Setting{Name: name, Default: value == "", Secret: true, About: about}
	if value != "" {
		setting.Value = hidden
	}
	r.settings = append(r.settings, setting)
	return value
}

func (r *reader) secretFile(name, path, direct string) string {
	if direct != "" {
		r.fail(name, "is set together with "+name+"_FILE; expected one of them")
		return direct
	}
	text, err := os.ReadFile(path)
	if err != nil {
		r.fail(name+"_FILE", fmt.Sprintf("cannot be read: %v", err))
	}
	return strings.TrimSpace(string(text))
}

func (r *reader) text(name, fallback string, limit int, about string) string {
	value := r.get(name, fallback, about)
	if n := len([]rune(value)); n > limit {
		r.fail(name, fmt.Sprintf("has %d characters; expected at most %d", n, limit))
	}
	return value
}

var stationID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

func (r *reader) id(name, about string) string {
	value := r.get(name, "", about)
	if !stationID.MatchString(value) {
		r.fail(name, fmt.Sprintf("is %q; expected 1 to 32 lower-case letters, digits and inner dashes, such as almara-air", value))
	}
	return value
}

var threeLetters = regexp.MustCompile(`^[A-Z]{3}$`)

func (r *reader) state(name, about string) string {
	value := r.get(name, "UTO", about)
	if !threeLetters.MatchString(value) {
		r.fail(name, fmt.Sprintf("is %q; expected three capital letters, such as FRA", value))
	}
	return value
}

func (r *reader) oneOf(name, fallback string, allowed []string, about string) string {
	value := r.get(name, fallback, about)
	if !slices.Contains(allowed, value) {
		r.fail(name, fmt.Sprintf("is %q; expected one of %s", value, strings.Join(allowed, ", ")))
	}
	return value
}

// path makes a path absolute, since the programs and their PostgreSQL change the working directory.
func (r *reader) path(name, fallback, about string) string {
	value := r.get(name, fallback, about)
	if value == "" {
		return ""
	}
	absolute, err := filepath.Abs(value)
	if err != nil {
		r.fail(name, fmt.Sprintf("cannot be made absolute: %v; expected an absolute path", err))
	}
	return absolute
}

type span struct{ low, high time.Duration }

func (r *reader) duration(name string, fallback time.Duration, within span, about string) time.Duration {
	text := r.get(name, short(fallback), about)
	value, err := time.ParseDuration(text)
	if err != nil || value < within.low || value > within.high {
		r.fail(name, fmt.Sprintf("is %q; expected a duration from %s to %s, such as %s", text, short(within.low), short(within.high), short(fallback)))
	}
	return value
}

// short writes a duration without its empty parts: 6h, not 6h0m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func (r *reader) zone(name, fallback, about string) *time.Location {
	text := r.get(name, fallback, about)
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" {
		r.fail(name, fmt.Sprintf("is %q; expected an IANA zone, such as Europe/Lisbon", text))
		return time.UTC
	}
	return zone
}

// number is a whole number within bounds.
func (r *reader) number(name string, fallback, least, most int, about string) int {
	value := r.get(name, strconv.Itoa(fallback), about)
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		r.fail(name, fmt.Sprintf("is %q; expected a whole number from %d to %d", value, least, most))
		return fallback
	}
	return n
}

func (r *reader) logLevel(name string) slog.Level {
	allowed := []string{"debug", "info", "warn", "error"}
	value := r.oneOf(name, "info", allowed, "least level that is logged")
	return slog.Level(4*slices.Index(allowed, value) - 4)
}

func (r *reader) lanes(name, about string) []Lane {
	lanes, err := parseLanes(r.get(name, "", about))
	if err != nil {
		r.fail(name, err.Error()+", such as 1:entry,2:exit")
	}
	return lanes
}

func (r *reader) deadlines(name string, all time.Duration, about string) Deadlines {
	deadlines, err := parseDeadlines(r.get(name, "all:"+all.String(), about), all)
	if err != nil {
		r.fail(name, err.Error())
	}
	return deadlines
}

func (r *reader) url(name string, schemes []string, about string) string {
	return r.checkURL(name, r.get(name, "", about), schemes)
}

// checkURL is an address without a slash at its end; "" stays.
func (r *reader) checkURL(name, value string, schemes []string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		r.fail(name, fmt.Sprintf("is no usable address; expected %s://HOST:PORT", strings.Join(schemes, ":// or ")))
		return value
	}
	if u.User != nil {
		r.fail(name, "holds a user or password; expected them in a credentials file")
	}
	return strings.TrimSuffix(value, "/")
}

func (r *reader) address(name, fallback, about string) string {
	value := r.get(name, fallback, about)
	r.checkAddress(name, value)
	return value
}

func (r *reader) optionalAddress(name, fallback, about string) string {
	value := r.get(name, fallback, about)
	if value == "off" {
		return ""
	}
	r.checkAddress(name, value)
	return value
}

func (r *reader) addresses(name, about string) []string {
	values := list(r.get(name, "", about))
	for _, value := range values {
		r.checkAddress(name, value)
	}
	return values
}

func (r *reader) checkAddress(name, value string) {
	_, port, err := net.SplitHostPort(value)
	if number, bad := strconv.Atoi(port); err != nil || bad != nil || number < 0 || number > 65535 {
		r.fail(name, fmt.Sprintf("is %q; expected HOST:PORT or :PORT, PORT 0 to 65535", value))
	}
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

func (r *reader) hosts(name, fallback, about string) []string {
	names := list(r.get(name, fallback, about))
	if len(names) == 0 {
		r.fail(name, "names no host; expected names separated by commas")
	}
	for _, host := range names {
		if !hostName.MatchString(host) && net.ParseIP(host) == nil {
			r.fail(name, fmt.Sprintf("holds %q; expected host names without scheme or port, separated by commas", host))
		}
	}
	return names
}
