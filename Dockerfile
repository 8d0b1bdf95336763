# The service: docker build -t annotate . && docker run -p 8080:8080 annotate
FROM python:3.13-slim
WORKDIR /app
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY src src
COPY patterns patterns
RUN pip install --no-cache-dir -c constraints.txt '.[serve]' && useradd --create-home --uid 1000 annotate
USER 1000
EXPOSE 8080
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health')"]
ENTRYPOINT ["annotate", "serve", "--host", "0.0.0.0"]
