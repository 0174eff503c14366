package sbihttp

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// KnownHost reports whether a request's host, with or without port, is one of hosts. A page under a foreign name that was made to lead to this
// machine is not.
func KnownHost(host string, hosts []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, strings.Trim(host, "[]")) })
}

// cors answers a browser's question whether a page may ask, and refuses pages that may not. It reports whether the request is done with.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false // no browser's page
	}
	w.Header().Add("Vary", "Origin")
	if !slices.Contains(s.Origins, origin) {
		http.Error(w, "origin is not allowed", http.StatusForbidden)
		return true
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	if r.Method != http.MethodOptions {
		return false
	}
	w.Header().Set("Access-Control-Allow-Methods", strings.Join([]string{
		sbi.MethodDiscover, sbi.MethodInfo, sbi.MethodInfoToo, sbi.MethodCapture, sbi.MethodRCapture, sbi.MethodStream, http.MethodOptions,
	}, ", "))
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type, Ext")
	w.Header().Set("Access-Control-Max-Age", "600")
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		w.Header().Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}
