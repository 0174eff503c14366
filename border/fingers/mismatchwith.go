package fingers

// MismatchWith holds a person's new prints against his own from elsewhere, as the policy verifies a traveller, and says whether they are not
// alike. Where the two have no finger in common nothing can be said, and nothing is.
func (p Policy) MismatchWith(presented, references []Print) (Candidacy, bool) {
	c := Compare(presented, references)
	if len(c.Fingers) == 0 || c.Score >= least(len(c.Fingers), p.Verify, p.VerifyOne) {
		return Candidacy{}, false
	}
	found := Candidacy{Ground: GroundMismatch, Score: c.Score}
	for _, f := range c.Fingers {
		found.Fingers = append(found.Fingers, FingerScore{Position: f.Position, Score: f.Match.Score})
	}
	return found, true
}
