package auth

import (
	"strings"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/problem"
)

const maxPlaceBytes = 64

// checkPlace bounds what a browser may say about where it stands.
func (a Attempt) checkPlace() error { return checkPlace(a.Lane, a.Workstation, a.Language) }

func checkPlace(lane, workstation, language string) error {
	switch {
	case !validPlace(lane):
		return problem.New(problem.Invalid, "place_invalid").At("lane").With("max", maxPlaceBytes)
	case !validPlace(workstation):
		return problem.New(problem.Invalid, "place_invalid").At("workstation").With("max", maxPlaceBytes)
	case language != "" && !validLanguage(language):
		return problem.New(problem.Invalid, "language_invalid").At("language")
	}
	return nil
}

func validPlace(name string) bool {
	return len(name) <= maxPlaceBytes && utf8.ValidString(name) && strings.IndexByte(name, 0) < 0
}
