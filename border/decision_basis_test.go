package border_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
)

// What the officer chose stays; what was proposed to every visitor gives way to the visa that was found.
func TestBasisOf(t *testing.T) {
	found := []border.Finding{{Check: "x"}, {Check: border.CheckStay, Grant: &border.Grant{Basis: border.ShortStayVisa}}}
	require.Equal(t, border.ShortStayVisa, border.BasisOf(border.ShortStay, border.Ordinary, found))
	require.Equal(t, border.ShortStayVisa, border.BasisOf("", "", found))
	require.Equal(t, border.ResidencePermit, border.BasisOf(border.ResidencePermit, border.Ordinary, found))
	require.Equal(t, border.ShortStay, border.BasisOf(border.ShortStay, border.Ordinary, nil))
	require.Equal(t, border.ShortStay, border.BasisOf(border.ShortStay, border.AirCrew, found), "which does not go with the category")
}
