package fingers

import (
	"slices"
	"strconv"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
)

// Mismatch fills a candidacy with what the check's finding of a decision says of prints that did not match their file.
func Mismatch(c *Candidacy, findings []border.Finding) {
	at := slices.IndexFunc(findings, func(f border.Finding) bool { return f.Check == CheckName })
	if at < 0 {
		return
	}
	c.Engine = findings[at].Matcher
	for _, e := range findings[at].Evidence {
		score, err := strconv.ParseFloat(e.Found, 64)
		if err != nil {
			continue
		}
		switch e.Code {
		case CodeMismatch:
			c.Score = score
		case CodeFinger:
			var p biometrics.Position
			if p.UnmarshalText([]byte(e.Field)) == nil {
				c.Fingers = append(c.Fingers, FingerScore{Position: p, Score: score})
			}
		}
	}
}
