package config

import (
	"errors"
	"fmt"
	"strings"
)

// Setting is one variable as it took effect. A secret's value is replaced by a word that tells only whether it is set.
type Setting struct {
	Name    string
	Value   string
	Default bool   // nothing was given
	Secret  bool   // Value is hidden
	About   string // what it is for, a few words
}

const hidden = "(hidden)"

// Problem is one wrong setting: the variable, what is wrong and what was expected. Text never holds a secret's value.
type Problem struct {
	Variable string
	Text     string
}

func (p Problem) Error() string { return p.Variable + " " + p.Text }

// Problems are all the wrong settings of one load.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = "  " + problem.Error()
	}
	return fmt.Sprintf("configuration: %d wrong:\n%s", len(p), strings.Join(lines, "\n"))
}

// Variables names the wrong variables of err in reading order; nil when err is no configuration error.
func Variables(err error) []string {
	var problems Problems
	if !errors.As(err, &problems) {
		return nil
	}
	names := make([]string, len(problems))
	for i, p := range problems {
		names[i] = p.Variable
	}
	return names
}
