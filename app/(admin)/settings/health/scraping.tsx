import type { Health } from "@/lib/health/get-health";

/** Where Prometheus reads the same figures, or how to let it. */
export function Scraping({ scraping }: { scraping: Health["scraping"] }) {
  const { port, host, token } = scraping;
  return (
    <section aria-labelledby="scraping" className="h-scraping">
      <div className="sech">
        <h2 className="h2" id="scraping">
          For Prometheus
        </h2>
      </div>
      {port === null && !token ? (
        <p>
          Each process can show these figures and more at <code>/metrics</code>. To switch it on, set <code>METRICS_PORT</code> for a port of its own, or{" "}
          <code>METRICS_TOKEN</code> to open it at this server’s own address, and restart.
        </p>
      ) : (
        <>
          <p>
            Each process shows these figures and more at{" "}
            {port !== null && (
              <code>
                http://{host.includes(":") ? `[${host}]` : host}:{port}/metrics
              </code>
            )}
            {port !== null && token && " and "}
            {token && (
              <>
                <code>/metrics</code> of this server’s own address
              </>
            )}
            . {token ? "It asks for METRICS_TOKEN as a bearer token." : "It asks for no token, so only Prometheus should reach that port."}
          </p>
          <p className="sm muted">Behind a balancer, scrape each process by itself: every one counts its own.</p>
        </>
      )}
    </section>
  );
}
