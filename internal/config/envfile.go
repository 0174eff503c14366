package config

import (
	"fmt"
	"os"
	"strings"
)

// maxFile bounds a configuration file; a real one has some hundred bytes.
const maxFile = 1 << 20

// ReadFile reads a file of KEY=VALUE lines as systemd's EnvironmentFile= does: blank lines and lines that begin with # or ;
// are skipped, a value may stand in single or double quotes. Stricter than systemd, it refuses a key given twice, an
// unfinished quote and a continued line, each with its line number.
func ReadFile(path string) (map[string]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes; expected at most %d", path, info.Size(), maxFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values, err := ParseFile(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return values, nil
}

// ParseFile reads the text of a KEY=VALUE file; see ReadFile. Errors name the line and never quote a value.
func ParseFile(text string) (map[string]string, error) {
	values := make(map[string]string)
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		key, raw, found := strings.Cut(line, "=")
		if !found || !isKey(key) {
			return nil, fmt.Errorf("line %d: expected KEY=VALUE, KEY of letters, digits and _", number)
		}
		if _, twice := values[key]; twice {
			return nil, fmt.Errorf("line %d: %s is given a second time; expected each key once", number, key)
		}
		value, err := unquote(strings.TrimSpace(raw))
		if err != nil {
			return nil, fmt.Errorf("line %d: %s %w", number, key, err)
		}
		values[key] = value
	}
	return values, nil
}

func isKey(key string) bool {
	for i := range len(key) {
		c := key[i]
		letter := c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return key != ""
}

// unquote strips one pair of quotes. In double quotes and without quotes a backslash makes the next character plain.
func unquote(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	switch raw[0] {
	case '\'':
		end := strings.IndexByte(raw[1:], '\'') + 1
		if end != len(raw)-1 || end == 0 {
			return "", fmt.Errorf("has an unfinished quote or text after it; expected 'VALUE'")
		}
		return raw[1:end], nil
	case '"':
		return unescape(raw[1:], true)
	default:
		return unescape(raw, false)
	}
}

func unescape(raw string, quoted bool) (string, error) {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\' && i+1 == len(raw):
			return "", fmt.Errorf("ends in a backslash; expected the value on one line")
		case c == '\\':
			i++
			b.WriteByte(raw[i])
		case c == '"' && quoted && i+1 == len(raw):
			return b.String(), nil
		case c == '"':
			return "", fmt.Errorf("has a quote inside; expected \"VALUE\", quotes within as \\\"")
		default:
			b.WriteByte(c)
		}
	}
	if quoted {
		return "", fmt.Errorf("has an unfinished quote; expected \"VALUE\"")
	}
	return b.String(), nil
}
