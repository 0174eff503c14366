// Package trainingview shows the training page: the cases that an officer can call up, and after the decision what there was to see.
// It takes domain values and knows no transport. It must never show a specimen without saying that it is one.
package trainingview
