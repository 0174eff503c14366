package fingers

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
)

// oddScore is the score below which a finger is nothing like the one on file: one in ten of different fingers reach it, and few impressions
// of one finger do not.
const oddScore = 10

// odd are the fingers that are not like those on file though all together are: a person shows his own fingers, and only his own.
func (c Check) odd(compared Comparison) []border.Evidence {
	var list []border.Evidence
	for _, one := range compared.Fingers {
		if one.Match.Score < oddScore {
			list = append(list, border.Evidence{
				Code: CodeOdd, Field: one.Position.String(), Found: score(one.Match.Score), Expected: score(oddScore),
				Severity: c.cfg.Policy.severity(CodeOdd),
			})
		}
	}
	return list
}

// unverified is the answer about somebody whose references cannot be compared with: a search says whether he is somebody else, and when it
// finds nobody that is no answer about him.
func (c Check) unverified(ctx context.Context, f border.Finding, t Taking, presented []Print, known Person, reason string) border.Finding {
	f = c.identify(ctx, f, t, presented, known)
	for _, e := range f.Evidence {
		if e.Code == CodeCandidate || e.Code == CodeMore {
			return f
		}
	}
	f.Outcome, f.Reason = border.NotChecked, reason
	return f
}

// before notes a hit with its taking, and adds what was noted of the takings before: another taking does not make a hit unsaid.
func (c Check) before(ctx context.Context, f border.Finding, t Taking) (border.Finding, error) {
	if n, hit := noted(t.ID, f); hit {
		entry := audit.Actor{ID: CheckName, Name: CheckName, Role: "service", Post: c.cfg.Station, Lane: t.Lane}.
			Entry(c.cfg.Now(), audit.Alteration, "fingerprint_taking", t.ID.String())
		entry.Purpose, entry.Decision = PurposeOfVerification, n.Code
		if err := c.cfg.Store.Note(ctx, n, entry); err != nil {
			return f, fmt.Errorf("answer not noted: %w", err)
		}
	}
	earlier, err := c.cfg.Store.Before(ctx, t.Scan)
	if err != nil {
		return f, fmt.Errorf("answers about earlier prints: %w", err)
	}
	for _, n := range earlier {
		code := CodeCandidateBefore
		if n.Code == CodeMismatch {
			code = CodeMismatchBefore
		}
		f.Evidence = append(f.Evidence, border.Evidence{
			Code: code, Found: score(n.Score), Severity: c.cfg.Policy.severity(code), Ref: n.Taking.String(),
		})
	}
	return c.withRefused(f), nil
}
