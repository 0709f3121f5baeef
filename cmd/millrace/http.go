package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"github.com/millrace/millrace/cmd/millrace/config"
)

// trouble is why a part does not do its work now.
type trouble struct {
	Part  string    `json:"part"` // such as "lane auth"
	Why   string    `json:"why"`
	Since time.Time `json:"since,omitzero"`
}

// serveHTTP answers /metrics and /health until ctx ends. Where the default address is taken, as by
// another worker on the machine, it takes a free port.
func serveHTTP(ctx context.Context, cfg config.HTTP, metrics prometheus.Gatherer, health func() []trouble, log *zap.Logger) error {
	listener, err := net.Listen("tcp", cfg.Address)
	if errors.Is(err, syscall.EADDRINUSE) && cfg.Address == config.DefaultHTTPAddress {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return fmt.Errorf("http.address: %w: write a free address, or none to have no /metrics and /health", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { answerHealth(w, health()) })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 1 << 14, ErrorLog: zap.NewStdLog(log)}
	log.Info("answering /metrics and /health", zap.String("http", "http://"+listener.Addr().String()))
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("http: %w", err)
	}
	return nil
}

func answerHealth(w http.ResponseWriter, troubles []trouble) {
	w.Header().Set("Content-Type", "application/json")
	status := "ok"
	if len(troubles) > 0 {
		status = "trouble"
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "troubles": append([]trouble{}, troubles...)}) // never null
}
