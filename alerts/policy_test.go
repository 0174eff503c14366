package alerts_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
)

// A list of which nothing is said is used with every care that the default takes, whether it was written by us or read from a database.
func TestTheZeroPolicyIsTheDefault(t *testing.T) {
	require.Equal(t, alerts.DefaultPolicy(), alerts.Policy{}.Complete())
	require.False(t, alerts.Policy{}.Complete().ActUnconfirmed, "nobody is held without the owner's word")
	for _, stored := range []string{`{}`, `{"four_eyes":null}`, `{"needs_confirmation":true}`} {
		var p alerts.Policy
		require.NoError(t, json.Unmarshal([]byte(stored), &p))
		require.Equal(t, alerts.DefaultPolicy(), p.Complete(), stored)
	}
}

// That no action takes two persons is said, and is read as it was said.
func TestNoFourEyesAreNotTheDefaultOnes(t *testing.T) {
	for _, test := range []struct{ four, want []alerts.Action }{
		{nil, alerts.DefaultPolicy().FourEyes}, {[]alerts.Action{}, []alerts.Action{}}, {[]alerts.Action{alerts.ActionSeize}, []alerts.Action{alerts.ActionSeize}},
	} {
		data, err := json.Marshal(alerts.Policy{FourEyes: test.four, ActUnconfirmed: true})
		require.NoError(t, err)
		var p alerts.Policy
		require.NoError(t, json.Unmarshal(data, &p))
		require.Equal(t, test.want, p.Complete().FourEyes)
		require.True(t, p.Complete().ActUnconfirmed)
	}
}
